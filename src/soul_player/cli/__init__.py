"""The program `soul`: the command line over the doors of server and client."""
