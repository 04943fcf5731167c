#!/usr/bin/env python3
"""Tables for docs/results from a study's verdict.json: scores, verdicts, cells.

    python3 results/tables.py mesascope-out/coin-line/standard/verdict.json scores
    ... verdicts
    ... cells probe-preference:goal arm=width-128,width-512 rows=arm,stop columns=length,optimiser

A cell reads estimate +- standard error (means), or share of hits (classes, rates); ? is undetermined.
"""
import json
import sys


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(one).replace("|", "\\|") for one in row) + " |")


def scores(findings):
    names = sorted({score["position"] for question in findings["questions"] for score in question["positions"]})
    total = findings["totals"] or {}
    names.sort(key=lambda name: -total.get(name, 0.0))
    head = ["question"] + names
    rows = []
    for question in findings["questions"]:
        bits = {score["position"]: score["bits"] for score in question["positions"]}
        label = question["name"] + (" (calibration)" if question["calibration"] else "")
        rows.append([label] + [f"{bits[name]:+.0f}" if name in bits else "" for name in names])
    if total:
        rows.append(["**total without calibrations**"] + [f"**{total[name]:+.0f}**" if name in total else "" for name in names])
    table(head, rows)


def verdicts(findings):
    rows = []
    for verdict in findings["verdicts"]:
        conclusion = verdict["conclusion"] + (" (calibration)" if verdict["calibration"] else "")
        rows.append([verdict["claim"], verdict["rule"], conclusion, verdict["found"]])
    table(["claim", "rule", "conclusion", "found"], rows)


def shown(summary, klass):
    kind, value = next(iter(summary.items()))
    if kind in ("mean", "numbers"):
        estimate = value["estimate"]
        return f"{estimate['mean']:.3f} ± {estimate['standard_error']:.3f}"
    if kind == "rate":
        return f"{value['hits'] / value['of']:.3f}"
    if kind in ("classes", "counts"):
        counts = value["counts"]
        of = value.get("of") or sum(counts.values())
        return f"{counts.get(klass, 0) / of:.3g}" if of else "?"
    return "?"


def cells(findings, quantity, words):
    quantity, _, klass = quantity.partition(":")
    settings = dict(word.split("=", 1) for word in words if word.startswith(("rows=", "columns=")))
    filters = dict(word.split("=", 1) for word in words if not word.startswith(("rows=", "columns=")))
    down, across = settings["rows"].split(","), settings["columns"].split(",")
    found, rows, columns = {}, [], []
    for cell in findings["cells"]:
        factors = cell["factors"]
        if cell["control"] or cell["quantity"] != quantity:
            continue
        if any(factors.get(factor, "") not in allowed.split(";") for factor, allowed in filters.items()):
            continue
        row = tuple(factors.get(factor, "-") for factor in down)
        column = tuple(factors.get(factor, "-") for factor in across)
        assert (row, column) not in found, f"two cells at {row} {column}"
        found[row, column] = shown(cell["summary"], klass)
        rows += [row] if row not in rows else []
        columns += [column] if column not in columns else []
    def order(labels):
        try:
            return [(0, float(label.split("-")[-1].split("x")[0])) for label in labels]
        except ValueError:
            return [(1, 0.0)]
    rows.sort(key=order)
    columns.sort(key=order)
    table([", ".join(down)] + [", ".join(column) for column in columns],
          [[", ".join(row)] + [found.get((row, column), "") for column in columns] for row in rows])


def main():
    with open(sys.argv[1]) as file:
        findings = json.load(file)["findings"]
    what = sys.argv[2]
    if what == "scores":
        scores(findings)
    elif what == "verdicts":
        verdicts(findings)
    else:
        cells(findings, sys.argv[3], sys.argv[4:])


if __name__ == "__main__":
    main()
