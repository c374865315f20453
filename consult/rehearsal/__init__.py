"""Simulated people in the rooms of the sample, so that one person alone can see the meeting at work: `consult demo --rehearse`.

A process of its own that knows the product as a browser does: by its pages, forms and sockets. Each of its people signs in
as a participant of the cast and acts at the speed of a person. Decides who is played and what they do; refuses to know
anything a participant would not be shown.
"""
