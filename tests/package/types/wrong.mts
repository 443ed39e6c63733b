// Must not compile: the test that everything else does would otherwise prove nothing.

import { computeChecksum } from "keywicket";

export const sum: number = computeChecksum("id", new Uint8Array(16));
