"""Routes of rooms."""

from flask import Blueprint

pages = Blueprint("rooms", __name__)
