import { describe, expect, test } from "vitest";
import type { Finding } from "../doctor/finding.ts";
import type { Sink } from "../surroundings.ts";
import { findWay, renderFindings } from "./doctor.ts";

function finding(name: string, verdict: Finding["verdict"]): Finding {
  return { name, verdict, text: "" };
}

describe("doctor", () => {
  test.each<
    [processes: Finding["verdict"], containers: Finding["verdict"], disk: Finding["verdict"], way: unknown]
  >([
    ["good", "good", "good", "containers"],
    ["good", "missing", "good", "processes"],
    ["good", "poor", "good", "processes"],
    ["missing", "poor", "good", "containers"],
    ["poor", "missing", "poor", "processes"],
    ["missing", "good", "good", "containers"],
    ["missing", "missing", "good", undefined],
    ["good", "good", "missing", undefined],
  ])("processes %s, containers %s, disk %s: jobs run by %s", (processes, containers, disk, way) => {
    const findings = [
      finding("processes", processes),
      finding("containers", containers),
      finding("data folder", disk),
    ];
    expect(findWay(findings)).toBe(way);
  });

  test.each<
    [
      processes: Finding["verdict"],
      containers: Finding["verdict"],
      decided: "containers" | "processes",
      way: unknown,
    ]
  >([
    ["good", "missing", "containers", undefined],
    ["good", "good", "processes", "processes"],
    ["missing", "good", "processes", undefined],
    ["missing", "poor", "containers", "containers"],
  ])("processes %s, containers %s, %s are decided: jobs run by %s", (processes, containers, decided, way) => {
    const findings = [finding("processes", processes), finding("containers", containers)];
    expect(findWay(findings, decided)).toBe(way);
  });

  test("says of what is missing what to do, within 80 columns", () => {
    const sink: Sink = { isTerminal: true, columns: 80, hasColors: false, write: () => Promise.resolve() };
    const findings: Finding[] = [
      { name: "node", verdict: "good", text: "Node 24.0.0" },
      {
        name: "cgroups",
        verdict: "poor",
        text: "version 2, but this user may not make groups",
        remedy: "Run the server as root, or by systemd with Delegate=yes; until then limits are watched.",
      },
      { name: "containers", verdict: "missing", text: "no container engine was found" },
    ];
    const text = renderFindings(findings, { way: undefined, sink });
    expect(text).toMatchInlineSnapshot(`
      "ok   node:         Node 24.0.0
      poor cgroups:      version 2, but this user may not make groups
                         Run the server as root, or by systemd with Delegate=yes;
                         until then limits are watched.
      no   containers:   no container engine was found

      Jobs cannot run here yet: see what is marked with no.
      "
    `);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
