"""The record of a consultation and its files: DOCX, PDF, HTML, Markdown and JSON.

Decides what stands in a file and how; refuses to decide who may download it, and never sees more than the
attribution rule lets through: ``record`` holds words, no persons.
"""
