"""The drill of the alarms: each fault is made, and its alarm must ring, be written to the office, and end."""
