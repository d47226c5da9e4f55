"""Building blocks for any cluster; they know neither Rasa nor a cloud."""
