"""Routes of summaries."""

from flask import Blueprint

pages = Blueprint("summaries", __name__)
