"""Work that strangers' texts must not do in the bot's own process: worker processes with limits, for any room."""
