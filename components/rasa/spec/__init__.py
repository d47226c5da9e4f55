"""What Rasa Pro 3.21 and its chart 2.4 read, and what they make of it: no resources, only rules."""
