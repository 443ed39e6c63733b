/** The one instance of the small module. */

import { Instance } from "../instance.js";
import * as glue from "./glue.js";

export const instance = new Instance(glue);
