"""Rebuilds the class tables of this directory from the Pulumi SDKs.

    pip download --no-deps -d wheels pulumi_vault pulumi_aws pulumi_aws_native
    pip download --no-deps -d wheels cdktf-cdktf-provider-vault cdktf-cdktf-provider-aws
    pip download --no-deps -d wheels/old pulumi_vault==6.7.0 pulumi_vault==5.20.0 pulumi_aws==6.83.0
    python data/pulumi/refresh.py wheels

Only names are taken: modules, classes, functions, arguments and Terraform types.
"""

import ast
import re
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
SELF = {"__self__", "resource_name", "__props__", "opts"}
META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
# Terraform types whose names share no spelling with the Pulumi class.
TYPES = {
    "aws": {
        "alb.LoadBalancer": "aws_lb",
        "amp.Workspace": "aws_prometheus_workspace",
        "amp.ResourcePolicy": "aws_prometheus_resource_policy",
        "cloudtrail.Trail": "aws_cloudtrail",
        "codeartifact.DomainPermissions": "aws_codeartifact_domain_permissions_policy",
        "codepipeline.Pipeline": "aws_codepipeline",
        "rds.Proxy": "aws_db_proxy",
        "s3.BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
        "sns.DataProtectionPolicy": "aws_sns_topic_data_protection_policy",
        "ssoadmin.CustomerManagedPolicyAttachmentsExclusive": "aws_ssoadmin_customer_managed_policy_attachments_exclusive",
        "ssoadmin.ManagedPolicyAttachmentsExclusive": "aws_ssoadmin_managed_policy_attachments_exclusive",
        "appconfig.EventIntegration": "aws_appintegrations_event_integration",
        "cfg.Recorder": "aws_config_configuration_recorder",
        "cfg.Rule": "aws_config_config_rule",
        "cloudwatch.EventBusPolicy": "aws_cloudwatch_event_bus_policy",
        "cloudwatch.LogResourcePolicy": "aws_cloudwatch_log_resource_policy",
        "cognito.IdentityPoolRoleAttachment": "aws_cognito_identity_pool_roles_attachment",
        "ec2.Instance": "aws_instance",
        "lb.LoadBalancer": "aws_lb",
        "lex.BotAlias": "aws_lex_bot_alias",
        "rds.Instance": "aws_db_instance",
        "s3.BucketV2": "aws_s3_bucket",
    },
    "vault": {},
}


def read(wheel, package):
    """{'iam.Role': (token, [arguments])}, {'iam.get_policy_document': [arguments]}, {'iam': other names}"""
    classes, functions, other = {}, {}, {}
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            if not name.startswith(package + "/") or not name.endswith(".py"):
                continue
            module = ".".join(name.split("/")[1:-1])
            prefix = module + "." if module else ""
            for node in ast.parse(z.read(name).decode()).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith(("get_", "list_")):
                    args = [a.arg for a in node.args.args + node.args.kwonlyargs]
                    functions[prefix + node.name] = [a for a in args if a not in SELF]
                if isinstance(node, ast.ClassDef):
                    bases = {ast.unparse(b) for b in node.bases}
                    if not bases & {"pulumi.CustomResource", "pulumi.ProviderResource", "pulumi.ComponentResource"}:
                        if not node.name.startswith("_"):
                            other.setdefault(module, set()).add(node.name)
                        continue
                    init = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "_internal_init"]
                    if not init:
                        continue
                    args = [a.arg for a in init[0].args.args + init[0].args.kwonlyargs if a.arg not in SELF]
                    token = re.search(r"__init__\(\s*'([^']+)'", ast.unparse(init[0]))
                    classes[prefix + node.name] = (token.group(1) if token else "", args)
    return classes, functions, other


def terraform(wheel, package):
    """{'aws_iam_role': {arguments}} and the same for data sources"""
    resources, data = {}, {}
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            if not name.startswith(package + "/") or not name.endswith("/__init__.py") or name.count("/") != 2:
                continue
            text = z.read(name).decode()
            head = re.search(r"docs/(resources|data-sources)/\w+ (\w+)}\.'''", text)
            if not head:
                continue
            init = re.search(r"def __init__\(\n        self,\n.*?\) -> None:\n        '''(.*?)'''", text, re.S)
            args = set(re.findall(r"#(\w+) \w+#", init.group(1))) if init else set()
            args |= set(re.findall(r":param (\w+): Docs", init.group(1))) if init else set()
            table = resources if head.group(1) == "resources" else data
            table[head.group(2)] = args - META - {"id"}
    return resources, data


def squash(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def singulars(name):
    yield name
    if name.endswith("ies"):
        yield name[:-3] + "y"
    if name.endswith("sses") or name.endswith("xes") or name.endswith("ches"):
        yield name[:-2]
    if name.endswith("es"):
        yield name[:-2]
    if name.endswith("s"):
        yield name[:-1]
    yield name + "s"


def rename(args, known):
    """Pulumi argument names, with `>terraform_name` where it differs and is certain."""
    out = []
    by_squash = {squash(k): k for k in known}
    for arg in args:
        hit = next((k for c in singulars(arg) for k in [c if c in known else by_squash.get(squash(c))] if k), None)
        out.append(arg if hit in (None, arg) else f"{arg}>{hit}")
    return out


def match(provider, path, args, types):
    if path in TYPES[provider] and TYPES[provider][path] in types:
        return TYPES[provider][path]
    module, _, cls = path.rpartition(".")
    module = module.split(".")[-1]
    cls = re.sub(r"V2$", "", cls)
    wanted = [squash(module + cls), squash(cls)]
    hits = [t for w in wanted for t in types if squash(t[len(provider) + 1:]) == w]
    if not hits:
        return None
    names = {s for a in args for s in singulars(a)}
    return max(hits, key=lambda t: (len(types[t] & names) - len(types[t] - names), -hits.index(t)))


def main(wheels):
    wheels = Path(wheels)
    find = lambda pattern: sorted(wheels.glob(pattern))[-1]
    tokens = {}
    vault_map = wheels / "vault_tf_to_pulumi.tsv"
    if vault_map.exists():
        for line in vault_map.read_text().splitlines():
            tf, _, token = line.partition("\t")
            tokens[token] = tf
    for provider in ["vault", "aws"]:
        package = "pulumi_" + provider
        wheel = find(f"{package}-[0-9]*.whl")
        version = wheel.name.split("-")[1]
        classes, functions, other = read(wheel, package)
        types, data = terraform(find(f"cdktf_cdktf_provider_{provider}-*.whl"), f"cdktf_cdktf_provider_{provider}")
        extra = wheels / f"{provider}-terraform-arguments.txt"
        if extra.exists():
            for line in extra.read_text().splitlines():
                kind, _, rest = line.partition(" ")
                name, _, args = rest.partition(": ")
                (types if kind == "r" else data).setdefault(name, set()).update(a.strip().rstrip("!") for a in args.split(","))
        older = [read(w, package) for w in sorted(wheels.glob(f"old/{package}-*.whl"))]
        lines, unmatched = [f"# {package} {version}"], []
        paths = set(classes) | {p for o in older for p in o[0]}
        for path in sorted(paths):
            token, args = classes.get(path, ("", []))
            old_args = {a for o in older for a in o[0].get(path, ("", []))[1]} - set(args)
            if not token:
                token = next((o[0][path][0] for o in older if path in o[0]), "")
            tf = tokens.get(token) or match(provider, path, args or old_args, types)
            if provider == "vault" and not tf:
                tf = next((t for t in types if squash(t[6:]) == squash(path)), None)
            if not tf and path.split(".")[-1] != "Provider":
                unmatched.append((path, [a for a in args if "polic" in a or "role" in a]))
            known = types.get(tf, set())
            gone = "" if path in classes else "-"
            lines.append("\t".join([path, tf or token, " ".join(rename(args, known)),
                                    " ".join(rename(sorted(old_args), known)), "old" if gone else ""]).rstrip("\t"))
        out = [lines[0]] + sorted(lines[1:], key=lambda l: l.encode())
        (HERE / f"{provider}.txt").write_text("\n".join(out) + "\n")
        lines = [f"# {package} {version}, functions"]
        for path in sorted(set(functions) | {p for o in older for p in o[1]}):
            args = functions.get(path) or next((o[1][path] for o in older if path in o[1]), [])
            base = path.replace("get_", "", 1)
            tf = match(provider, base.replace("_", ""), args, data)
            lines.append("\t".join([path, tf or ""]).rstrip("\t"))
        out = [lines[0]] + sorted(lines[1:], key=lambda l: l.encode())
        (HERE / f"{provider}_functions.txt").write_text("\n".join(out) + "\n")
        names = {}
        for table in [other] + [o[2] for o in older]:
            for module, members in table.items():
                names.setdefault(module, set()).update(m for m in members if not m.endswith(("Args", "ArgsDict", "Result")))
        print(provider, version, len(paths), "classes;", len(unmatched), "without a Terraform type")
        for path, args in unmatched:
            if args or provider == "vault":
                print("   ", path, args)


if __name__ == "__main__":
    main(sys.argv[1])
