/** What holds the network of a task open does nothing but wait. No registry is asked for it: it is made here. */
export const PAUSE_IMAGE = "localhost/batchyard-pause:1";
export const PAUSE_COMMAND = "/pause";

/** The instructions, and the ELF number of the machine, by the name that Go has for it. */
const MACHINES: Readonly<Record<string, { readonly machine: number; readonly code: readonly number[] }>> = {
  // mov eax, 34 (pause); syscall; jmp to the first
  amd64: { machine: 0x3e, code: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  arm64: {
    machine: 0xb7,
    code: words([
      // mov x0 to x4, 0: wait for nothing, without an end
      0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004,
      // mov x8, 73 (ppoll); svc 0; b to the first
      0xd2800928, 0xd4000001, 0x17fffff9,
    ]),
  },
};

const LOAD_ADDRESS = 0x400000n;
const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
/** As large as any page is. */
const ALIGNMENT = 0x10000n;
const TAR_BLOCK_BYTES = 512;

/** A tar archive with one program in it; undefined for a machine that has none here. */
export function createPauseArchive(architecture: string): Uint8Array | undefined {
  const machine = MACHINES[architecture];
  return machine && archive(PAUSE_COMMAND.slice(1), createProgram(machine.machine, machine.code));
}

/** The least that a 64-bit Linux loads: one segment, the file itself. https://refspecs.linuxfoundation.org/elf/elf.pdf */
function createProgram(machine: number, code: readonly number[]): Buffer {
  const headerBytes = ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES;
  const program = Buffer.alloc(headerBytes + code.length);
  program.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  program.writeUInt16LE(2, 16); // an executable file
  program.writeUInt16LE(machine, 18);
  program.writeUInt32LE(1, 20);
  program.writeBigUInt64LE(LOAD_ADDRESS + BigInt(headerBytes), 24); // where it begins
  program.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 32); // where the program header stands
  program.writeUInt16LE(ELF_HEADER_BYTES, 52);
  program.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  program.writeUInt16LE(1, 56);
  program.writeUInt32LE(1, 64); // to be loaded
  program.writeUInt32LE(5, 68); // readable, executable
  program.writeBigUInt64LE(LOAD_ADDRESS, 80);
  program.writeBigUInt64LE(LOAD_ADDRESS, 88);
  program.writeBigUInt64LE(BigInt(program.length), 96);
  program.writeBigUInt64LE(BigInt(program.length), 104);
  program.writeBigUInt64LE(ALIGNMENT, 112);
  program.set(code, headerBytes);
  return program;
}

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar) */
function archive(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  header.write(name, 0);
  header.write(octal(0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        ", 148); // the checksum counts as blanks
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 7)}\0 `, 148);
  const padding = Buffer.alloc((TAR_BLOCK_BYTES - (content.length % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * TAR_BLOCK_BYTES)]);
}

/** With room for a NUL behind it. */
function octal(value: number, length: number): string {
  return value.toString(8).padStart(length - 1, "0");
}

function words(instructions: readonly number[]): readonly number[] {
  return instructions.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
}
