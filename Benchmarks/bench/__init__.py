"""Measures Yett beside bare loops, nginx and HAProxy. Each script of the folder above is one question."""
