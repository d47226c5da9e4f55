"""Write the golden inventories anew: `make goldens`. Read the difference before you commit it."""

from tests.golden.inventory import INVENTORIES, as_text, golden_file

for stack in INVENTORIES:
    golden_file(stack).write_text(as_text(stack))
