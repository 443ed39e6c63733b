/// <reference lib="esnext.disposable" />
/**
 * The smallest Keywicket: the token check over a policy that `compilePolicy()` of `keywicket` compiled. It explains
 * nothing; feed the same token to `explain()` of `keywicket` for that.
 */

import type { WasmSource } from "../index.js";
import type { Decision, TokenRequest } from "../token.js";

export { KeywicketError } from "../index.js";
export type { Decision, DecisionCode, TokenRequest } from "../token.js";

/** As in `keywicket`: browsers await it once, everywhere else the module is ready on import. */
export function init(source?: WasmSource): Promise<void>;

export class TokenVerifier {
  /** `compiled`: what `compilePolicy()` returned. It is copied; yours is yours to wipe. */
  constructor(compiled: Uint8Array);
  /**
   * Decides, synchronously. For policies whose keys are all symmetric: with a public key it throws
   * `verification_key.unsupported_here`, because the arithmetic is not in this module.
   */
  check(token: string | null | undefined, request: TokenRequest): Decision;
  /** Decides for every policy; signatures of public keys are verified by WebCrypto, or by Node. */
  checkAsync(token: string | null | undefined, request: TokenRequest): Promise<Decision>;
  dispose(): void;
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void;
}
