import { state } from "../state.js";

/** What is asked of the verifier about the token. */
export const request = () => ({ keyId: state.key.id, ...(state.uses !== undefined && { uses: state.uses }) });
