"""The one place that speaks AMQP: connections that come back, publishing that tells the truth, what a message looks like on the wire."""
