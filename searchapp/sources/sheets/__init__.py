"""Workbooks to sheets of shown text: a reader a container (XLSX, XLSB, XLS, ODS), and the number formats of three."""
