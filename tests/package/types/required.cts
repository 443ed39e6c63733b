import keywicket = require("keywicket");

export const forms: keywicket.KeyIdForms = keywicket.describeKeyId("339c45b5-fb6d-4bd9-994c-eabd9d41c95b");
