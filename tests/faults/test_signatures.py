"""Signed bundles: what `writ run --require-signature` starts, and what it takes when they change."""
import os
import shutil
import signal
import subprocess

import harness
from harness import call
from test_reload import ALLOW, ANSWERS, DENY, ReloadTest

OTHER = DENY % "not this one"


class SignatureTest(ReloadTest):
    def setUp(self):
        super().setUp()
        self.keygen("team")
        self.bundle(ALLOW)

    def writ(self, *words):
        done = subprocess.run([harness.WRIT, *words], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def keygen(self, name):
        self.writ("keygen", "-o", name)

    def bundle(self, text, name="policy", key="team"):
        """NAME.writ of a policy, and its signature."""
        source = self.file("policy.yaml", text)
        self.writ("compile", source, "-o", name + ".writ")
        if key is not None:
            self.writ("sign", "--force", "--key", key + ".key", name + ".writ")

    def signed(self, *options, policy="policy.writ", key="team"):
        return self.start(self.server(ANSWERS),
                          ["--require-signature", self.path(key + ".pub"), *options],
                          policy=self.path(policy))

    def rename(self, name, new):
        os.rename(self.path(name), self.path(new))


class Start(SignatureTest):
    def refused(self, words, **how):
        session = self.signed(**how)
        self.assert_over(session, 2)
        self.assertIn(words, session.errors())
        self.assertNotIn("running", session.errors())

    def test_signed(self):
        """a bundle that the key signed runs"""
        session = self.signed()
        self.assert_allowed(session)
        self.end(session)

    def test_one_of_several_keys(self):
        """of several keys one is enough"""
        self.keygen("other")
        session = self.signed("--require-signature", self.path("other.pub"))
        self.assert_allowed(session)
        self.end(session)

    def test_policy_in_yaml(self):
        """a policy in YAML is refused"""
        self.refused("this is no bundle", policy="policy.yaml")

    def test_without_signature(self):
        """a bundle without a signature is refused"""
        os.unlink(self.path("policy.writ.sig"))
        self.refused("policy.writ.sig")

    def test_another_key(self):
        """a bundle that another key signed is refused"""
        self.keygen("other")
        self.refused("is not signed by", key="other")

    def test_another_bundle(self):
        """the signature of another bundle is refused"""
        self.bundle(OTHER, "other")
        shutil.copy(self.path("other.writ.sig"), self.path("policy.writ.sig"))
        self.refused("is not the signature of")

    def test_changed_bundle(self):
        """a bundle that was changed is refused"""
        with open(self.path("policy.writ"), "r+b") as file:
            file.seek(200)
            byte = file.read(1)
            file.seek(200)
            file.write(bytes([byte[0] ^ 1]))
        self.refused("policy.writ: error:")


class Reload(SignatureTest):
    def watched(self):
        session = self.signed("--watch")
        self.assert_allowed(session)
        return session

    def await_change(self, session):
        self.await_log(session, "policy reloaded: ")
        self.assert_denied(session, "not this one")
        self.assertNotIn("error", session.errors())

    def test_bundle_first(self):
        """a bundle whose signature comes after it is taken when it has come, and nothing said"""
        session = self.watched()
        self.bundle(OTHER, "new")
        self.rename("new.writ", "policy.writ")
        self.assert_allowed(session)
        self.rename("new.writ.sig", "policy.writ.sig")
        self.await_change(session)
        self.end(session)

    def test_signature_first(self):
        """likewise one whose signature comes before it"""
        session = self.watched()
        self.bundle(OTHER, "new")
        self.rename("new.writ.sig", "policy.writ.sig")
        self.assert_allowed(session)
        self.rename("new.writ", "policy.writ")
        self.await_change(session)
        self.end(session)

    def test_in_place(self):
        """a bundle and a signature that are written in place"""
        session = self.watched()
        self.bundle(OTHER, "new")
        for name in ("policy.writ", "policy.writ.sig"):
            with open(self.path(name.replace("policy", "new")), "rb") as new:
                with open(self.path(name), "wb") as file:
                    file.write(new.read())
        self.await_change(session)
        self.end(session)

    def test_never_signed(self):
        """a bundle whose signature does not come is refused, and taken when it comes at last"""
        session = self.watched()
        self.bundle(OTHER, "new")
        self.rename("new.writ", "policy.writ")
        self.await_refusal(session, "is not the signature of")
        self.assert_allowed(session)
        self.rename("new.writ.sig", "policy.writ.sig")
        self.await_log(session, "policy reloaded: ")
        self.assert_denied(session, "not this one")
        self.end(session)

    def test_another_key(self):
        """a bundle that another key signed leaves the old one running"""
        self.keygen("other")
        session = self.watched()
        self.bundle(OTHER, "new", key="other")
        self.rename("new.writ.sig", "policy.writ.sig")
        self.rename("new.writ", "policy.writ")
        self.await_refusal(session, "is not signed by")
        self.assert_allowed(session)
        self.end(session)

    def test_policy_in_yaml(self):
        """a policy in YAML in the bundle's place leaves the old one running"""
        session = self.watched()
        self.replace("policy.writ", OTHER)
        self.await_refusal(session, "policy.writ")
        self.assert_allowed(session)
        self.end(session)

    def test_removed(self):
        """so does no bundle at all, whoever asks"""
        session = self.watched()
        os.unlink(self.path("policy.writ"))
        self.await_refusal(session, "policy.writ")
        session.process.send_signal(signal.SIGHUP)
        self.await_refusal(session, "policy.writ", 2)
        self.assert_allowed(session)
        self.end(session)
