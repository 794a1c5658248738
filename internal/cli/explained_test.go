package cli

// explained are objects of the ground truth that are missing for a reason: capture and first digits of the digest.
var explained = map[string]string{}
