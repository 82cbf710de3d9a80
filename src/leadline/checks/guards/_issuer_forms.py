"""The forms that issuers give their keys, as their own pages and public scanners tell them."""

import re

import msgspec


class Form(msgspec.Struct, frozen=True):
    """`mark` stands in every text that matches `pattern`: looking for it first is what makes this cheap."""

    label: str
    mark: str
    pattern: re.Pattern[str]


def _form(label: str, mark: str, pattern: str) -> Form:
    return Form(label, mark, re.compile(rf"(?<![A-Za-z0-9_]){pattern}"))


_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PREFIXED = (
    ("aws_access_key", "AKIA ASIA ABIA ACCA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("aws_bedrock", "ABSK", r"[A-Za-z0-9+/]{100,280}={0,2}"),
    ("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{36,255}"),
    ("github", "github_pat_", r"\w{36,255}"),
    ("gitlab", "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glagent-", r"[\w.-]{20,64}"),
    ("bitbucket", "ATBB", r"[A-Za-z0-9]{28,40}(?![A-Za-z0-9])"),
    ("anthropic", "sk-ant-", r"[\w-]{24,200}"),
    ("openai", "sk-proj- sk-svcacct- sk-admin- sk-or-v1-", r"[\w-]{24,300}"),
    ("langfuse", "sk-lf-", _UUID),
    ("google", "AIza", r"[\w-]{35}(?![\w-])"),
    ("google_oauth", "GOCSPX-", r"[\w-]{28}"),
    ("google_oauth", "1//0", r"[\w-]{80,140}"),
    ("slack", "xox", r"[abeoprs]-[A-Za-z0-9-]{20,255}"),
    ("slack", "xoxe.xox", r"[bp]-\d-[A-Za-z0-9-]{100,255}"),
    ("stripe_webhook", "whsec_", r"[A-Za-z0-9+/=]{24,128}"),
    ("npm", "npm_", r"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    ("pypi", "pypi-", r"[\w-]{50,400}"),
    ("sendgrid", "SG.", r"[\w-]{16,32}\.[\w-]{32,64}"),
    ("hugging_face", "hf_", r"[A-Za-z0-9]{30,64}"),
    ("digitalocean", "dop_v1_ doo_v1_ dor_v1_", r"[a-f0-9]{64}"),
    ("shopify", "shpat_ shpca_ shppa_ shpss_", r"[a-fA-F0-9]{32}"),
    ("groq", "gsk_", r"[A-Za-z0-9]{40,64}"),
    ("xai", "xai-", r"[A-Za-z0-9]{64,96}"),
    ("replicate", "r8_", r"[A-Za-z0-9]{36,40}(?![A-Za-z0-9])"),
    ("fireworks", "fw_", r"[A-Za-z0-9]{22,40}(?![A-Za-z0-9])"),
    ("jina", "jina_", r"[\w-]{50,80}"),
    ("tavily", "tvly-", r"(?:dev-|prod-)?[A-Za-z0-9]{30,40}"),
    ("alibaba", "LTAI", r"[A-Za-z0-9]{16,24}(?![A-Za-z0-9])"),
    ("heroku", "HRKU-", r"[\w-]{32,64}"),
    ("netlify", "nfp_", r"[A-Za-z0-9]{36,64}"),
    ("supabase", "sbp_", r"[a-f0-9]{40}"),
    ("planetscale", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w.=-]{32,64}"),
    ("pulumi", "pul-", r"[a-f0-9]{40}"),
    ("age", "AGE-SECRET-KEY-1", r"[A-Z0-9]{58}"),
    ("grafana", "glsa_", r"[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    ("new_relic", "NRAK- NRII- NRAA-", r"[\w-]{25,40}"),
    ("dynatrace", "dt0c01. dt0s16.", r"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("prefect", "pnu_ pnb_", r"[a-z0-9]{36}"),
    ("rubygems", "rubygems_", r"[a-f0-9]{48}"),
    ("crates", "cio", r"[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("clojars", "CLOJARS_", r"[a-z0-9]{60}"),
    ("linear", "lin_api_ lin_oauth_", r"[A-Za-z0-9]{32,64}"),
    ("figma", "figd_ figo_", r"[\w-]{38,64}"),
    ("sourcegraph", "sgp_", r"(?:[a-fA-F0-9]{16}_)?[a-fA-F0-9]{40}"),
    ("square", "EAAA", r"[\w-]{56,64}(?![\w-])"),
    ("facebook", "EAA", r"[A-Za-z0-9]{90,300}"),
    ("plaid", "access-production- access-sandbox- access-development-", _UUID),
    ("flutterwave", "FLWSECK-", r"[0-9a-fA-F]{32}-X"),
    ("flutterwave", "FLWSECK_TEST-", r"[0-9a-fA-F]{32}-X"),
    ("duffel", "duffel_live_ duffel_test_", r"[\w-]{43}"),
    ("brevo", "xkeysib-", r"[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("mailersend", "mlsn.", r"[a-f0-9]{64}"),
    ("contentful", "CFPAT-", r"[\w-]{43}"),
    ("hubspot", "pat-na pat-eu pat-ap", rf"\d-{_UUID}"),
    ("circleci", "CCIPAT_ CCIPRJ_", r"[A-Za-z0-9]{20,24}_[a-fA-F0-9]{40}"),
    ("google_oauth", "ya29.", r"[\w-]{40,400}"),
    ("tencent", "AKID", r"[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("scaleway", "SCW", r"[A-Z0-9]{17}(?![A-Za-z0-9])"),
    ("fly", "fm1_ fm2_ fm1r_ fm1a_", r"[A-Za-z0-9+/]{100,700}={0,2}"),
    ("databricks", "dapi", r"[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])"),
    ("vault", "hvs. hvb. hvr.", r"[\w-]{24,300}"),
    (
        "doppler",
        "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.",
        r"(?:[a-z0-9_-]{1,32}\.)?[A-Za-z0-9]{40,44}",
    ),
    ("onepassword", "ops_eyJ", r"[A-Za-z0-9+/=_-]{200,1200}"),
    ("grafana", "glc_ glsp_", r"[A-Za-z0-9+/]{32,400}={0,3}"),
    ("sentry", "sntryu_", r"[a-f0-9]{64}"),
    ("sentry", "sntrys_", r"[A-Za-z0-9+/=_-]{60,400}"),
    ("postman", "PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),
    ("readme", "rdme_", r"[a-z0-9]{70}"),
    ("nuget", "oy2", r"[a-z0-9]{43}(?![A-Za-z0-9])"),
    ("artifactory", "AKCp", r"[A-Za-z0-9]{60,75}(?![A-Za-z0-9])"),
    ("atlassian", "ATATT3 ATCTT3", r"[\w-]{60,250}(?:=[A-F0-9]{8})?"),
    ("notion", "ntn_", r"[A-Za-z0-9]{40,50}(?![A-Za-z0-9])"),
    ("airtable", "pat", r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    ("slack", "xapp-", r"\d-[A-Z0-9]{8,14}-\d{8,16}-[a-z0-9]{32,80}"),
    ("square", "sq0csp- sq0atp-", r"[\w-]{22,60}"),
    ("paypal", "access_token$production$ access_token$sandbox$", r"[a-z0-9]{16}\$[a-f0-9]{32}"),
    ("easypost", "EZAK EZTK", r"[A-Za-z0-9]{54}(?![A-Za-z0-9])"),
    ("shippo", "shippo_live_ shippo_test_", r"[a-f0-9]{40}"),
    ("perplexity", "pplx-", r"[A-Za-z0-9]{40,64}"),
    ("nvidia", "nvapi-", r"[\w-]{60,80}"),
    ("together", "tgp_v1_", r"[\w-]{43}"),
    ("langsmith", "lsv2_pt_ lsv2_sk_", r"[a-f0-9]{32}_[a-f0-9]{10}"),
    ("pinecone", "pcsk_", r"[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,70}"),
    ("voyage", "pa-", r"[\w-]{43}(?![\w-])"),
    ("firecrawl", "fc-", r"[a-f0-9]{32}(?![A-Za-z0-9])"),
    ("llamacloud", "llx-", r"[A-Za-z0-9]{44,52}(?![A-Za-z0-9])"),
    ("resend", "re_", r"[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9])"),
    ("mapbox", "sk.eyJ", r"[\w-]{20,120}\.[\w-]{20,40}"),
    ("dropbox", "sl. sl.u.", r"[\w-]{120,1400}"),
    ("typeform", "tfp_", r"[\w.-]{44,64}"),
    ("buildkite", "bkua_ bkui_", r"[a-f0-9]{40}"),
    ("docker", "dckr_pat_ dckr_oat_", r"[\w-]{27,40}"),
    ("octopus", "API-", r"[A-Z0-9]{24,30}(?![A-Za-z0-9])"),
    ("sonar", "sqp_ squ_ sqa_", r"[a-f0-9]{40}"),
)
"""Label, what they begin with, and what follows it."""

FORMS_IN_A_WORD = (
    *(
        _form(label, prefix, re.escape(prefix) + tail)
        for label, prefixes, tail in _PREFIXED
        for prefix in prefixes.split()
    ),
    _form("openai", "T3BlbkFJ", r"sk-[\w-]{16,200}?T3BlbkFJ[\w-]{16,200}"),
    _form("terraform", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}"),
    _form("slack", "hooks.slack.com", r"https://hooks\.slack\.com/(?:services|workflows)/[\w/]{20,120}"),
    _form("stripe", "k_live_", r"[rs]k_live_[A-Za-z0-9]{16,255}"),
    _form("stripe", "k_test_", r"[rs]k_test_[A-Za-z0-9]{16,255}"),
    _form("jwt", "eyJ", r"eyJ[\w-]{8,4096}\.eyJ[\w-]{8,8192}\.[\w-]{16,2048}"),
    _form("azure_devops", "AZDO", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])"),
    _form("azure_client_secret", "Q~", r"[\w.~-]{3}\dQ~[\w.~-]{31,36}"),
    _form("mailchimp", "-us", r"[a-f0-9]{32}-us\d{1,2}(?![A-Za-z0-9])"),
    _form(
        "teams_hook",
        "webhook.office.com",
        rf"https://[\w-]{{1,60}}\.webhook\.office\.com/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/[0-9a-f]{{32}}/[\w-]{{36,90}}",
    ),
    _form("twilio", "SK", r"(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])"),
    _form("azure", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{64,128}={0,2}"),
    _form("azure_sas", "sig=", r"sig=[A-Za-z0-9%]{43,128}(?:%3D|=)"),
    _form("telegram", ":AA", r"\d{8,10}:AA[\w-]{33}"),
    _form("discord", "discord", r"https://discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}"),
)
"""Each stands in a word of at least `SHORTEST` characters: texts without such words are not searched."""

SHORTEST = 20

FORMS_ANYWHERE = (
    *(
        _form(
            "private_key",
            f"PRIVATE KEY{block}-----",
            rf"-----BEGIN (?:[A-Z]{{1,12}} ){{0,3}}PRIVATE KEY{block}-----(?:[^-]|-(?!----)){{16,16384}}"
            rf"(?:-----END (?:[A-Z]{{1,12}} ){{0,3}}PRIVATE KEY{block}-----)?",
        )
        for block in ("", " BLOCK")
    ),
    _form(
        "password_in_address",
        "://",
        r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@'\"<>]{0,64}:(?!\$?[{<*]|\*|xxx|password@|pass@|PASSWORD@)[^\s/@'\"<>]{3,128}@",
    ),
)
