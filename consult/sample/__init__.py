"""The sample consultation: facts, own plausible texts, synthetic people; built through the services people use."""
