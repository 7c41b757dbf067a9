{{%AUTOESCAPE context="HTML"}}
{{! NAME, NEXT; CSRF is tied to a cookie. LOCKED: section, nothing can be tried now. }}
<div class="lone">
<form class="card form form-narrow" method="post" action="/login">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="f-name">Name</label><input id="f-name" name="name" maxlength="64" value="{{NAME}}" autocomplete="username" autocapitalize="none" spellcheck="false" required {{#FRESH}}autofocus{{/FRESH}}></div>
<div class="field"><label for="f-password">Password</label><input id="f-password" name="password" type="password" maxlength="1000" autocomplete="current-password" required></div>
<div class="field"><label for="f-code">One-time code</label><p class="help" id="code-help">From your authenticator app, if you have set one up</p><input id="f-code" name="code" inputmode="numeric" maxlength="12" autocomplete="one-time-code" aria-describedby="code-help"></div>
<div class="actions"><button class="button button-primary" type="submit">Log in</button></div>
</form>
<p class="soft">No account yet, or the password is lost? An admin can help, or whoever has a shell on this machine: <code>quotemill user --help</code>.</p>
</div>
