package main

import (
	"slices"

	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
)

// registry is Vault's list of what is built in, which here is no more than is used:
// the real one would bring every cloud's libraries along.
type registry struct{}

var builtin = map[consts.PluginType]map[string]logical.Factory{
	consts.PluginTypeSecrets:    {"transit": transit.Factory},
	consts.PluginTypeCredential: {"approle": approle.Factory},
}

func (registry) Get(name string, of consts.PluginType) (func() (any, error), bool) {
	factory, ok := builtin[of][name]
	return func() (any, error) { return factory, nil }, ok
}

func (registry) Contains(name string, of consts.PluginType) bool {
	_, ok := builtin[of][name]
	return ok
}

func (registry) Keys(of consts.PluginType) (names []string) {
	for name := range builtin[of] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r registry) DeprecationStatus(name string, of consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, r.Contains(name, of)
}

func (registry) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
