"""Rules of the stack file that span keys: one message per problem, before anything is made."""
