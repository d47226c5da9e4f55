"""The components that bring up Rasa Pro and everything it needs."""

import gc

# The SDKs make some million objects that stay; by default Python looks through all of them again for each few
# thousand more, a fifth of the processor time of a preview. Cycles that end are still found in time.
gc.set_threshold(100_000, 10, 2)
