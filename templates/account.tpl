{{%AUTOESCAPE context="HTML"}}
{{! ROLE_TEXT, CREATED; ZONE, ZONE_OPTION (OPTION); one of TOTP_OFF, TOTP_NEW (SECRET, URI), TOTP_ON;
    SESSION (HASH, AGENT, AGENT_FULL, ADDRESS, BEGUN, SEEN, THIS or OTHER); OTHERS when there are other sessions. }}
<div class="grid">
<section class="card" aria-labelledby="who-title">
<h2 id="who-title">{{USER_NAME}}</h2>
<dl class="facts">
<div><dt>Role</dt><dd>{{USER_ROLE}}</dd></div>
<div><dt>Known since</dt><dd>{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}</dd></div>
<div><dt>Password set</dt><dd>{{#PASSWORD_SET}}<time datetime="{{PASSWORD_SET_ISO}}" title="{{PASSWORD_SET_FULL}}">{{PASSWORD_SET_AGO}}</time>{{/PASSWORD_SET}}</dd></div>
</dl>
</section>
<form class="card form" method="post" action="/account/zone" aria-labelledby="zone-title">
<h2 id="zone-title">Time zone</h2>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_ZONE}}field-bad{{/ERROR_ZONE}}"><label for="f-zone">Zone</label><p class="help" id="zone-help">Times on the pages are shown in it; it is now {{ZONE_NOW}} there</p>{{#ERROR_ZONE}}<p class="field-error" id="zone-error">{{ERROR_TEXT}}</p>{{/ERROR_ZONE}}<input id="f-zone" name="zone" list="zones" maxlength="64" value="{{ZONE}}" autocomplete="off" spellcheck="false" required aria-describedby="zone-help {{#ERROR_ZONE}}zone-error{{/ERROR_ZONE}}" {{#ERROR_ZONE}}aria-invalid="true"{{/ERROR_ZONE}}>
<datalist id="zones">{{#ZONE_OPTION}}<option value="{{OPTION}}"></option>{{/ZONE_OPTION}}</datalist></div>
<div class="actions"><button class="button button-primary" type="submit">Save the zone</button></div>
</form>
<form class="card form" method="post" action="/account/password" aria-labelledby="password-title">
<h2 id="password-title">Password</h2>
<p>A new password ends your sessions in all other browsers.</p>
<input type="hidden" name="csrf" value="{{CSRF}}">
<input class="visually-hidden" type="text" name="username" value="{{USER_NAME}}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<div class="field {{#ERROR_CURRENT}}field-bad{{/ERROR_CURRENT}}"><label for="f-current">Current password</label>{{#ERROR_CURRENT}}<p class="field-error" id="current-error">{{ERROR_TEXT}}</p>{{/ERROR_CURRENT}}<input id="f-current" name="current" type="password" maxlength="1000" autocomplete="current-password" required {{#ERROR_CURRENT}}aria-invalid="true" aria-describedby="current-error"{{/ERROR_CURRENT}}></div>
<div class="field {{#ERROR_PASSWORD}}field-bad{{/ERROR_PASSWORD}}"><label for="f-password">New password</label><p class="help" id="password-help">At least 8 characters; a few words in a row are good</p>{{#ERROR_PASSWORD}}<p class="field-error" id="password-error">{{ERROR_TEXT}}</p>{{/ERROR_PASSWORD}}<input id="f-password" name="password" type="password" minlength="8" maxlength="1000" autocomplete="new-password" required aria-describedby="password-help {{#ERROR_PASSWORD}}password-error{{/ERROR_PASSWORD}}" {{#ERROR_PASSWORD}}aria-invalid="true"{{/ERROR_PASSWORD}}></div>
<div class="field {{#ERROR_AGAIN}}field-bad{{/ERROR_AGAIN}}"><label for="f-again">New password again</label>{{#ERROR_AGAIN}}<p class="field-error" id="again-error">{{ERROR_TEXT}}</p>{{/ERROR_AGAIN}}<input id="f-again" name="again" type="password" minlength="8" maxlength="1000" autocomplete="new-password" required {{#ERROR_AGAIN}}aria-invalid="true" aria-describedby="again-error"{{/ERROR_AGAIN}}></div>
<div class="actions"><button class="button button-primary" type="submit">Change the password</button></div>
</form>
<section class="card" aria-labelledby="totp-title" id="totp">
<h2 id="totp-title">One-time codes</h2>
{{#TOTP_OFF}}
<p>Off. With them on, logging in also needs a code from an authenticator app, so a stolen password alone is of no use.</p>
<form class="actions" method="post" action="/account/totp"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button" type="submit" name="action" value="begin">Set up one-time codes</button></form>
{{/TOTP_OFF}}
{{#TOTP_NEW}}
<p>Type this secret into your authenticator app, or open the address on the phone that has it. Then confirm with the code that the app shows.</p>
<p class="secret">{{SECRET}}</p>
<p><code>{{URI}}</code></p>
<form class="form" method="post" action="/account/totp">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_CODE}}field-bad{{/ERROR_CODE}}"><label for="f-code">Code</label>{{#ERROR_CODE}}<p class="field-error" id="code-error">{{ERROR_TEXT}}</p>{{/ERROR_CODE}}<input id="f-code" name="code" inputmode="numeric" maxlength="12" autocomplete="one-time-code" {{#ERROR_CODE}}aria-invalid="true" aria-describedby="code-error"{{/ERROR_CODE}}></div>
<div class="actions"><button class="button button-primary" type="submit" name="action" value="confirm">Switch one-time codes on</button><button class="button button-quiet" type="submit" name="action" value="cancel" formnovalidate>Leave them off</button></div>
</form>
{{/TOTP_NEW}}
{{#TOTP_ON}}
<p><span class="state state-enabled"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-succeeded"/></svg>on</span> Logging in needs a code from your authenticator app.</p>
<form class="form" method="post" action="/account/totp">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input class="visually-hidden" type="text" name="username" value="{{USER_NAME}}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<div class="field {{#ERROR_TOTP_PASSWORD}}field-bad{{/ERROR_TOTP_PASSWORD}}"><label for="f-totp_password">Password</label>{{#ERROR_TOTP_PASSWORD}}<p class="field-error" id="totp-error">{{ERROR_TEXT}}</p>{{/ERROR_TOTP_PASSWORD}}<input id="f-totp_password" name="totp_password" type="password" maxlength="1000" autocomplete="current-password" required {{#ERROR_TOTP_PASSWORD}}aria-invalid="true" aria-describedby="totp-error"{{/ERROR_TOTP_PASSWORD}}></div>
<div class="actions"><button class="button button-danger" type="submit" name="action" value="disable">Switch one-time codes off</button></div>
</form>
{{/TOTP_ON}}
</section>
</div>
<section class="card" aria-labelledby="sessions-title" id="sessions">
<h2 id="sessions-title">Where you are logged in</h2>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of sessions">
<table class="stack">
<thead><tr><th scope="col">Browser</th><th scope="col">Address</th><th scope="col">Logged in</th><th scope="col">Last seen</th><th scope="col"><span class="visually-hidden">What to do</span></th></tr></thead>
<tbody>
{{#SESSION}}<tr><th scope="row" title="{{AGENT_FULL}}">{{AGENT}}</th><td data-label="Address">{{ADDRESS}}</td><td data-label="Logged in">{{#BEGUN}}<time datetime="{{BEGUN_ISO}}" title="{{BEGUN_FULL}}">{{BEGUN_AGO}}</time>{{/BEGUN}}</td><td data-label="Last seen">{{#SEEN}}<time datetime="{{SEEN_ISO}}" title="{{SEEN_FULL}}">{{SEEN_AGO}}</time>{{/SEEN}}</td><td>{{#THIS}}this browser{{/THIS}}{{#OTHER}}<form method="post" action="/account/sessions"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="session" value="{{HASH}}"><button class="button" type="submit">End<span class="visually-hidden"> the session from {{ADDRESS}}</span></button></form>{{/OTHER}}</td></tr>
{{/SESSION}}
</tbody>
</table>
</div>
{{#OTHERS}}<form class="actions" method="post" action="/account/sessions"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button" type="submit" name="session" value="others">End all other sessions</button></form>{{/OTHERS}}
</section>
