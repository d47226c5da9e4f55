"""Write the golden inventories anew: `make goldens`. Read the difference before you commit it."""

from tests.golden.inventory import as_text, golden_file
from tests.stacks import STACKS

for stack in STACKS:
    golden_file(stack).write_text(as_text(stack))
