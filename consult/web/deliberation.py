"""Routes of deliberation."""

from flask import Blueprint

pages = Blueprint("deliberation", __name__)
