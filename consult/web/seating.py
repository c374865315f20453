"""Routes of seating."""

from flask import Blueprint

pages = Blueprint("seating", __name__)
