"""The app for Home Assistant OS."""
