"""Folders of music on this machine: what lies in them, what changed, what moved. For server and client alike."""
