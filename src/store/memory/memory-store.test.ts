import { testStoreContract } from "../store-contract.ts";
import { MemoryStore } from "./memory-store.ts";

testStoreContract("MemoryStore", () => new MemoryStore());
