"""The watched folder: files put in are read, tagged, moved away; results go to files and a webhook."""
