"""What would help: policies compared in worlds that share their luck."""
