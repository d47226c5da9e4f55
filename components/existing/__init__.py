"""Dependencies that run already: each one's keys in the stack file, and the connection that they become.

Plain functions, not components: nothing is made, so a component would be an empty node in every stack, and
one more thing to alias away when a dependency becomes managed. Whoever names a Redis here has it looked after
elsewhere: no alarms, no backups, no protection come with it.
"""
