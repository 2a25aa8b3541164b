"""The commands, one module each: thin, with the logic in the modules beside this folder."""
