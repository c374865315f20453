"""Routes of decisions."""

from flask import Blueprint

pages = Blueprint("decisions", __name__)
