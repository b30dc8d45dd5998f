import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ARCHIVE_BYTES_MAX = 64 * 1024 * 1024;

/** A root file system in a tar archive: busybox as each of its programs, the users root and nobody, and /tmp. */
export function createBusyboxArchive(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-busybox-"));
  try {
    for (const name of ["bin", "etc", "tmp", "root"]) mkdirSync(join(folder, name));
    chmodSync(join(folder, "tmp"), 0o1777);
    const program = run("which", ["busybox"]).toString().trim();
    copyFileSync(program, join(folder, "bin/busybox"));
    for (const name of run(program, ["--list"]).toString().trim().split("\n")) {
      if (name !== "busybox") symlinkSync("busybox", join(folder, "bin", name));
    }
    writeFileSync(
      join(folder, "etc/passwd"),
      "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    );
    writeFileSync(join(folder, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
    return run("tar", ["--create", "--numeric-owner", "--owner=0", "--group=0", "--directory", folder, "."]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, args, { maxBuffer: ARCHIVE_BYTES_MAX });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr.toString()}`);
  return stdout;
}
