"""Routes of items."""

from flask import Blueprint

pages = Blueprint("items", __name__)
