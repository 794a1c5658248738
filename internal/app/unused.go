package app

import "github.com/phiwatch/phiwatch/internal/config"

// Unused tells, a sentence each, which settings of a configuration this version accepts and does not use.
func Unused(c *config.Config) []string {
	if len(c.Network.Proxies) > 0 {
		return []string{"network.proxies is not used yet: the receiver of traffic through an explicit proxy is the proxy (phiwatch help limits)"}
	}
	return nil
}
