"""Messages as the library makes them: what our own frames are held against, and how tests publish without our machinery."""

from pamqp.commands import Basic

from shared.messaging.broker.wire import Outgoing


def properties(message: Outgoing, user: str | None) -> Basic.Properties:
    """What a message of ours carries beside its body; `user` says who publishes it."""
    return Basic.Properties(
        content_type="application/json",
        delivery_mode=2,
        message_id=message.message_id,
        message_type=message.type,
        correlation_id=message.correlation_id,
        user_id=user,
        app_id=message.type.split(".")[0],
        headers=dict(message.headers) or None,
    )
