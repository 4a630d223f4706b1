"""The bodies of the command line's commands, one file a subject.

`bot.cli` imports them late: `khabar --help` needs none of them, and no command of the archive needs aiogram.
"""
