package spec

import (
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
)

// block describes one kind of block: its attributes in the order of the
// documentation, and the blocks in it, each of which may come once unless it says so. The parser
// and the reference page are made from it, so that they cannot disagree.
type block struct {
	name   string
	label  string // what the label is of one that has to have it, or empty
	doc    string
	attrs  []attribute
	blocks []block
	again  func() block // makes another, of one that may come several times
	check  func(found)  // looks at it as a whole; may be nil
}

// attribute describes one attribute and knows how to store its value.
type attribute struct {
	name     string
	doc      string
	fallback string // the default as the user would write it; for documentation
	value    value
}

func (p *parser) githubBlock(g *GitHub) block {
	return block{name: "github", doc: "Which GitHub the apps live on; one host a spec.", attrs: []attribute{
		{"host", "The host as gh names it.", `"github.com"`, text(&g.Host, checkHost)},
		{"api_url", "The root of the REST API.", "the host's API", text(&g.APIURL, githubhost.CheckAPIURL)},
		{"ca_file", "PEM file with certificate authorities to trust besides the system's.", "none", p.path(&g.CAFile, checkEnvValue)},
	}}
}

func (p *parser) appBlock(a *App) block {
	return block{name: "app", doc: "One installation of a GitHub App. The first is the default app.", attrs: []attribute{
		{"app_id", "The App's numeric id. Exactly one of app_id and client_id.", "required", integer(&a.AppID, 1, maxID)},
		{"client_id", "The App's client id, which GitHub recommends over the numeric id.", "required", text(&a.ClientID, checkClientID)},
		{"installation_id", "The installation's numeric id. Exactly one of installation_id and installation.", "required", integer(&a.InstallationID, 1, maxID)},
		{"installation", "The account that the App is installed on, or one of its repositories, `OWNER/REPO`. It is looked up when planning.", "required", text(&a.Installation, checkInstallation)},
		{"repositories", "The only repositories that tokens reach, by their names without the owner, such as `[\"site\"]`.", "all that the installation has", repositories(&a.Repositories)},
		{"permissions", "All that tokens may do: permissions as GitHub's API names them, each with read, write or admin, such as `{ contents = \"write\" }`.", "all that the installation may", permissions(&a.Permissions)},
		{"private_key", "The .pem file that the key is imported from.", "required", p.path(&a.PrivateKey)},
		{"next_key", "The .pem file of a second key of the App, for rotation.", "none", p.path(&a.NextKey)},
	}, blocks: []block{
		p.keyBlock("key", "The long form of private_key, or what keeps the key itself: exactly one of file, command, vault and broker.", &a.PrivateKey, &a.Signer),
		p.keyBlock("next_key", "The long form of next_key, with the same choice.", &a.NextKey, &a.NextSigner),
	}, check: func(f found) { p.checkApp(a, f) }}
}

func (p *parser) pathsBlock(d *Paths) block {
	return block{name: "paths", doc: "The directories that apply writes to.", attrs: []attribute{
		{"config_dir", "Keys, env files and tokens.", `"~/.config/takopi"`, p.path(&d.ConfigDir, checkUnitPath, p.checkOwnDir)},
		{"bin_dir", "The binary and the refresh script.", `"~/.local/bin"`, p.path(&d.BinDir, checkUnitPath)},
		{"unit_dir", "The user's systemd units.", `"~/.config/systemd/user"`, p.path(&d.UnitDir, checkUnitPath)},
	}}
}

func (p *parser) refreshBlock(r *Refresh) block {
	return block{name: "refresh", doc: "The rhythm of the refresh timer.", attrs: []attribute{
		{"interval", "Time between two ticks.", `"5m"`, duration(&r.Interval, time.Second, time.Second, 30*time.Minute)},
		{"renew_within", "A tick mints when at most this much of the token's life is left, or what a tick may be late more.", `"30m"`, duration(&r.RenewWithin, time.Second, time.Second, TokenLife-time.Second)},
		{"timeout", "Bound on one run.", `"90s"`, duration(&r.Timeout, time.Second, time.Second, 10*time.Minute)},
	}, check: func(f found) { p.rhythm(*r, f) }}
}

func (p *parser) ghBlock(g *GH) block {
	return block{name: "gh", doc: "The gh command-line tool, and git.", attrs: []attribute{
		{"enabled", "Keep gh logged in.", "true", boolean(&g.Enabled)},
		{"git_credential", "Serve git over HTTPS: set up its credential helper for the host.", "true", boolean(&g.GitCredential)},
		{"config_dir", "Where gh keeps its logins. Agents and shells need the same in GH_CONFIG_DIR, where it is not gh's own default.", `"~/.config/gh"`, p.path(&g.ConfigDir, checkEnvValue)},
	}}
}

func (p *parser) takopiBlock(t *Takopi) block {
	return block{name: "takopi", doc: "The [plugins.ghauth] table of Takopi's configuration, and the plugin.", attrs: []attribute{
		{"enabled", "Set Takopi up; `false` for other agents and hosts, where the tokens, gh and git are all.", "true", boolean(&t.Enabled)},
		{"config", "Takopi's configuration file.", `"~/.takopi/takopi.toml"`, p.path(&t.Config)},
		{"max_token_age", "Older tokens are called stale.", `"55m"`, duration(&t.MaxTokenAge, time.Minute, time.Minute, TokenLife)},
		{"refresh_timeout", "Bound on a refresh from the chat.", `"30s"`, duration(&t.RefreshTimeout, time.Second, time.Second, 10*time.Minute)},
		{"run_refresh_with", "Words to run the refresh script with, such as [\"sudo\", \"-n\"].", "[]", texts(&t.RunRefreshWith)},
		{"allowed_user_ids", "The only chat users who may refresh; empty: everyone.", "[]", integers(&t.AllowedUserIDs)},
		{"plugin", "Install the plugin where uv has installed Takopi. All that is there stays.", "true", boolean(&t.Plugin)},
		{"with", "Further packages to install with it, such as `[\"takopi-discord>=0.5\"]`.", "[]", texts(&t.With, checkPackage)},
		{"restart_unit", "The user's systemd unit that runs Takopi. Where it runs, it is restarted for a plugin that comes or goes, and for what else Takopi reads when it starts.", "none", text(&t.RestartUnit, checkService)},
	}}
}

// maxID bounds ids: GitHub describes them as 64-bit, but JSON readers keep
// only 53 bits of an integer exactly (RFC 8259, section 6).
const maxID = 1<<53 - 1
