"""`python -m soul_player`: the same program as `soul`."""

from soul_player.cli.main import run

if __name__ == "__main__":
    run()
