# The version after: an optional field of an event that is sent from then on, a field of a row, and an index.
ARG IMAGE
FROM ${IMAGE}
USER 0:0
RUN sed -i '/^class RequestSubmitted(/,/^    type:/ s/^    type: .*$/&\n    added_later: str = "by the newer version"/' shared/contracts/intake.py \
 && sed -i 's/^    "requests": ($/&\n        IndexModel([("added_later", 1)], name="added_later"),/' services/intake/store/schema.py \
 && sed -i 's/^        "channel": request.origin.channel.value,$/&\n        "added_later": "by the newer version",/' services/intake/store/requests.py \
 && for each in shared/contracts/intake services/intake/store/schema services/intake/store/requests; do grep -q added_later $each.py || exit 1; done \
 && python3 -m compileall -q services shared
USER 10001:10001
