"""What two services say alike, so that nobody sees from whom a text comes: a request that joined another's, and one that is not proven."""

from services.intake.domain.chat import Say
from services.intake.handlers.waiting import REASON, in_words
from services.intake.wiring import TEMPLATES, read_texts
from services.notifier.adapters.wording import load_texts
from shared.reference.catalogue import catalogue
from shared.reference.reasons import reasons


def test_a_request_that_joined_anothers_is_returned_in_the_words_of_every_return() -> None:
    ours, theirs = read_texts(TEMPLATES), load_texts()
    for service in catalogue().services.values():
        if not service.ready:
            continue
        names = in_words([catalogue().products[product].name for product in dict.fromkeys(service.products)])
        said = ours.say(Say("returned_unproven", {"products": names, "receipt": "MDN-7K4Q-9F2X", "reason": reasons()[REASON].text}))
        listed = {"products": theirs.product_names(service.products), "reasons": theirs.reason_list([REASON])}
        assert said == theirs.fill("returned", receipt="MDN-7K4Q-9F2X", note="", **listed)
