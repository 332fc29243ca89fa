"""The sample data: Lynghede Lamper, a maker of lamps in Thisted, in the autumn of 2026.

Its customers, prospects and suppliers in eleven countries, its campaigns and its letters,
one JSON file per table and one text file per letter; no such firm or person exists, the
e-mail domains are reserved for examples, and the telephone numbers lead nowhere.
"""
