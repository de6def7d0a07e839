PRAGMA foreign_keys=OFF;
PRAGMA page_size=4096;
PRAGMA application_id=1651860583;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE accounts (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE,
    currency  TEXT
) STRICT;
INSERT INTO "accounts" VALUES(1,'main','INR');
CREATE TABLE budgets (
    publication  INTEGER NOT NULL REFERENCES publications(seq),
    channel      TEXT NOT NULL,
    budget       INTEGER NOT NULL,
    PRIMARY KEY (publication, channel)
) WITHOUT ROWID, STRICT;
INSERT INTO "budgets" VALUES(1,'Affiliate',15909100);
INSERT INTO "budgets" VALUES(1,'Email',13636400);
INSERT INTO "budgets" VALUES(1,'Google Ads',9090900);
INSERT INTO "budgets" VALUES(1,'Meta Ads',11363600);
CREATE TABLE chains (
    name  TEXT NOT NULL PRIMARY KEY,
    seq   INTEGER NOT NULL,
    hash  TEXT NOT NULL
) WITHOUT ROWID, STRICT;
INSERT INTO "chains" VALUES('budgetd.daemon',1,'f2d9b59a006ab0fb444a77adfa18e31134bbd85acad9fe91408b8611577a5ecd');
INSERT INTO "chains" VALUES('main',4,'0e01d6ee018d0b2823da9315cdce33ca332abbd32f9d6a5469a5da17dcfe94f9');
CREATE TABLE channels (
    id       INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES accounts(id),
    name     TEXT NOT NULL,
    UNIQUE (account, name)
) STRICT;
INSERT INTO "channels" VALUES(1,1,'Affiliate');
INSERT INTO "channels" VALUES(2,1,'Email');
INSERT INTO "channels" VALUES(3,1,'Google Ads');
INSERT INTO "channels" VALUES(4,1,'Meta Ads');
CREATE TABLE corrections (
    publication  INTEGER NOT NULL REFERENCES publications(seq),
    file         INTEGER NOT NULL REFERENCES files(id),
    first_day    INTEGER NOT NULL,
    last_day     INTEGER NOT NULL,
    PRIMARY KEY (publication, file)
) WITHOUT ROWID, STRICT;
CREATE TABLE facts (
    account       INTEGER NOT NULL,
    grain         INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    channel       INTEGER NOT NULL,
    campaign      TEXT NOT NULL,
    spend         INTEGER,
    spend_rest    INTEGER NOT NULL,
    revenue       INTEGER,
    revenue_rest  INTEGER NOT NULL,
    impressions   INTEGER,
    clicks        INTEGER,
    conversions   INTEGER,
    controls      TEXT,
    file          INTEGER NOT NULL,
    seen          INTEGER NOT NULL,
    line          INTEGER NOT NULL,
    PRIMARY KEY (account, grain, day, channel, campaign)
) WITHOUT ROWID, STRICT;
INSERT INTO "facts" VALUES(1,0,739586,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,5);
INSERT INTO "facts" VALUES(1,0,739586,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,4);
INSERT INTO "facts" VALUES(1,0,739586,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,2);
INSERT INTO "facts" VALUES(1,0,739586,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,3);
INSERT INTO "facts" VALUES(1,0,739587,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,9);
INSERT INTO "facts" VALUES(1,0,739587,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,8);
INSERT INTO "facts" VALUES(1,0,739587,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,6);
INSERT INTO "facts" VALUES(1,0,739587,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,7);
INSERT INTO "facts" VALUES(1,0,739588,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,13);
INSERT INTO "facts" VALUES(1,0,739588,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,12);
INSERT INTO "facts" VALUES(1,0,739588,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,10);
INSERT INTO "facts" VALUES(1,0,739588,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,11);
INSERT INTO "facts" VALUES(1,0,739589,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,17);
INSERT INTO "facts" VALUES(1,0,739589,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,16);
INSERT INTO "facts" VALUES(1,0,739589,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,14);
INSERT INTO "facts" VALUES(1,0,739589,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,15);
INSERT INTO "facts" VALUES(1,0,739590,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,21);
INSERT INTO "facts" VALUES(1,0,739590,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,20);
INSERT INTO "facts" VALUES(1,0,739590,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,18);
INSERT INTO "facts" VALUES(1,0,739590,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,19);
INSERT INTO "facts" VALUES(1,0,739591,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,25);
INSERT INTO "facts" VALUES(1,0,739591,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,24);
INSERT INTO "facts" VALUES(1,0,739591,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,22);
INSERT INTO "facts" VALUES(1,0,739591,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,23);
INSERT INTO "facts" VALUES(1,0,739592,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,29);
INSERT INTO "facts" VALUES(1,0,739592,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,28);
INSERT INTO "facts" VALUES(1,0,739592,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,26);
INSERT INTO "facts" VALUES(1,0,739592,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,27);
INSERT INTO "facts" VALUES(1,0,739593,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,33);
INSERT INTO "facts" VALUES(1,0,739593,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,32);
INSERT INTO "facts" VALUES(1,0,739593,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,30);
INSERT INTO "facts" VALUES(1,0,739593,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,31);
INSERT INTO "facts" VALUES(1,0,739594,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,37);
INSERT INTO "facts" VALUES(1,0,739594,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,36);
INSERT INTO "facts" VALUES(1,0,739594,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,34);
INSERT INTO "facts" VALUES(1,0,739594,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,35);
INSERT INTO "facts" VALUES(1,0,739595,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,41);
INSERT INTO "facts" VALUES(1,0,739595,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,40);
INSERT INTO "facts" VALUES(1,0,739595,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,38);
INSERT INTO "facts" VALUES(1,0,739595,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,39);
INSERT INTO "facts" VALUES(1,0,739596,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,45);
INSERT INTO "facts" VALUES(1,0,739596,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,44);
INSERT INTO "facts" VALUES(1,0,739596,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,42);
INSERT INTO "facts" VALUES(1,0,739596,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,43);
INSERT INTO "facts" VALUES(1,0,739597,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,49);
INSERT INTO "facts" VALUES(1,0,739597,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,48);
INSERT INTO "facts" VALUES(1,0,739597,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,46);
INSERT INTO "facts" VALUES(1,0,739597,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,47);
INSERT INTO "facts" VALUES(1,0,739598,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,53);
INSERT INTO "facts" VALUES(1,0,739598,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,52);
INSERT INTO "facts" VALUES(1,0,739598,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,50);
INSERT INTO "facts" VALUES(1,0,739598,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,51);
INSERT INTO "facts" VALUES(1,0,739599,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,57);
INSERT INTO "facts" VALUES(1,0,739599,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,56);
INSERT INTO "facts" VALUES(1,0,739599,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,54);
INSERT INTO "facts" VALUES(1,0,739599,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,55);
INSERT INTO "facts" VALUES(1,0,739600,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,61);
INSERT INTO "facts" VALUES(1,0,739600,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,60);
INSERT INTO "facts" VALUES(1,0,739600,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,58);
INSERT INTO "facts" VALUES(1,0,739600,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,59);
INSERT INTO "facts" VALUES(1,0,739601,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,65);
INSERT INTO "facts" VALUES(1,0,739601,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,64);
INSERT INTO "facts" VALUES(1,0,739601,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,62);
INSERT INTO "facts" VALUES(1,0,739601,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,63);
INSERT INTO "facts" VALUES(1,0,739602,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,69);
INSERT INTO "facts" VALUES(1,0,739602,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,68);
INSERT INTO "facts" VALUES(1,0,739602,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,66);
INSERT INTO "facts" VALUES(1,0,739602,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,67);
INSERT INTO "facts" VALUES(1,0,739603,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,73);
INSERT INTO "facts" VALUES(1,0,739603,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,72);
INSERT INTO "facts" VALUES(1,0,739603,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,70);
INSERT INTO "facts" VALUES(1,0,739603,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,71);
INSERT INTO "facts" VALUES(1,0,739604,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,77);
INSERT INTO "facts" VALUES(1,0,739604,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,76);
INSERT INTO "facts" VALUES(1,0,739604,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,74);
INSERT INTO "facts" VALUES(1,0,739604,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,75);
INSERT INTO "facts" VALUES(1,0,739605,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,81);
INSERT INTO "facts" VALUES(1,0,739605,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,80);
INSERT INTO "facts" VALUES(1,0,739605,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,78);
INSERT INTO "facts" VALUES(1,0,739605,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,79);
INSERT INTO "facts" VALUES(1,0,739606,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,85);
INSERT INTO "facts" VALUES(1,0,739606,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,84);
INSERT INTO "facts" VALUES(1,0,739606,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,82);
INSERT INTO "facts" VALUES(1,0,739606,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,83);
INSERT INTO "facts" VALUES(1,0,739607,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,89);
INSERT INTO "facts" VALUES(1,0,739607,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,88);
INSERT INTO "facts" VALUES(1,0,739607,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,86);
INSERT INTO "facts" VALUES(1,0,739607,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,87);
INSERT INTO "facts" VALUES(1,0,739608,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,93);
INSERT INTO "facts" VALUES(1,0,739608,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,92);
INSERT INTO "facts" VALUES(1,0,739608,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,90);
INSERT INTO "facts" VALUES(1,0,739608,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,91);
INSERT INTO "facts" VALUES(1,0,739609,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,97);
INSERT INTO "facts" VALUES(1,0,739609,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,96);
INSERT INTO "facts" VALUES(1,0,739609,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,94);
INSERT INTO "facts" VALUES(1,0,739609,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,95);
INSERT INTO "facts" VALUES(1,0,739610,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,101);
INSERT INTO "facts" VALUES(1,0,739610,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,100);
INSERT INTO "facts" VALUES(1,0,739610,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,98);
INSERT INTO "facts" VALUES(1,0,739610,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,99);
INSERT INTO "facts" VALUES(1,0,739611,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,105);
INSERT INTO "facts" VALUES(1,0,739611,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,104);
INSERT INTO "facts" VALUES(1,0,739611,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,102);
INSERT INTO "facts" VALUES(1,0,739611,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,103);
INSERT INTO "facts" VALUES(1,0,739612,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,109);
INSERT INTO "facts" VALUES(1,0,739612,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,108);
INSERT INTO "facts" VALUES(1,0,739612,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,106);
INSERT INTO "facts" VALUES(1,0,739612,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,107);
INSERT INTO "facts" VALUES(1,0,739613,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,113);
INSERT INTO "facts" VALUES(1,0,739613,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,112);
INSERT INTO "facts" VALUES(1,0,739613,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,110);
INSERT INTO "facts" VALUES(1,0,739613,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,111);
INSERT INTO "facts" VALUES(1,0,739614,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,117);
INSERT INTO "facts" VALUES(1,0,739614,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,116);
INSERT INTO "facts" VALUES(1,0,739614,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,114);
INSERT INTO "facts" VALUES(1,0,739614,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,115);
INSERT INTO "facts" VALUES(1,0,739615,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,121);
INSERT INTO "facts" VALUES(1,0,739615,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,120);
INSERT INTO "facts" VALUES(1,0,739615,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,118);
INSERT INTO "facts" VALUES(1,0,739615,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,119);
INSERT INTO "facts" VALUES(1,0,739616,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,125);
INSERT INTO "facts" VALUES(1,0,739616,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,124);
INSERT INTO "facts" VALUES(1,0,739616,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,122);
INSERT INTO "facts" VALUES(1,0,739616,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,123);
INSERT INTO "facts" VALUES(1,0,739617,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,129);
INSERT INTO "facts" VALUES(1,0,739617,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,128);
INSERT INTO "facts" VALUES(1,0,739617,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,126);
INSERT INTO "facts" VALUES(1,0,739617,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,127);
INSERT INTO "facts" VALUES(1,0,739618,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,133);
INSERT INTO "facts" VALUES(1,0,739618,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,132);
INSERT INTO "facts" VALUES(1,0,739618,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,130);
INSERT INTO "facts" VALUES(1,0,739618,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,131);
INSERT INTO "facts" VALUES(1,0,739619,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,137);
INSERT INTO "facts" VALUES(1,0,739619,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,136);
INSERT INTO "facts" VALUES(1,0,739619,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,134);
INSERT INTO "facts" VALUES(1,0,739619,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,135);
INSERT INTO "facts" VALUES(1,0,739620,1,'',10000,0,27000,0,900,90,9000000,NULL,1,1,141);
INSERT INTO "facts" VALUES(1,0,739620,2,'',10000,0,23000,0,900,90,9000000,NULL,1,1,140);
INSERT INTO "facts" VALUES(1,0,739620,3,'',10000,0,15000,0,900,90,9000000,NULL,1,1,138);
INSERT INTO "facts" VALUES(1,0,739620,4,'',10000,0,19000,0,900,90,9000000,NULL,1,1,139);
CREATE TABLE files (
    id           INTEGER PRIMARY KEY,
    claim        TEXT NOT NULL UNIQUE,
    account      INTEGER NOT NULL REFERENCES accounts(id),
    name         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    bytes        INTEGER NOT NULL,
    rows         INTEGER NOT NULL,
    outcome      TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'refused')),
    first_day    INTEGER,
    last_day     INTEGER,
    arrived_at   TEXT NOT NULL,
    taken_at     TEXT NOT NULL,
    archived     TEXT,
    answer_name  TEXT NOT NULL,
    answer       TEXT NOT NULL,
    source       TEXT NOT NULL,
    replaced     INTEGER NOT NULL
) STRICT;
INSERT INTO "files" VALUES(1,'a615ef24ab496c79',1,'daily.csv','b050c9572bc0d2fd49682acd76d1c7c9c56ee1c796de35e62f075b6a4d0147fb',5238,140,'accepted',739586,739620,'2026-01-04T23:30:00.000000000Z','2026-11-23T00:14:28.796267378Z','main/2025/12/2025-12-01_b050c9572bc0d2fd_daily.csv','daily.csv','Taken: every row of this file counts from now on.

File     daily.csv
SHA-256  b050c9572bc0d2fd49682acd76d1c7c9c56ee1c796de35e62f075b6a4d0147fb
Account  main
Source   long
Rows     140
Days     Mon 1 Dec 2025 to Sun 4 Jan 2026 (35 days)

Compare these totals (INR) with your export:

Channel     Rows  Days     Spend   Revenue  Impressions  Clicks  Conversions
Affiliate     35    35   3500.00   9450.00        31500    3150          315
Email         35    35   3500.00   8050.00        31500    3150          315
Google Ads    35    35   3500.00   5250.00        31500    3150          315
Meta Ads      35    35   3500.00   6650.00        31500    3150          315
Total        140        14000.00  29400.00       126000   12600         1260
','long',0);
INSERT INTO "files" VALUES(2,'0b8d98579540fc23',1,'wrong.csv','f295856c315354b58e6f5e31ec7989d70e59067b910b87a59464b5f3bb984c4c',13,0,'refused',NULL,NULL,'2026-01-04T23:30:00.000000000Z','2026-11-23T00:14:28.796267378Z',NULL,'wrong.csv','wrong.csv was refused: 1 fault.
Nothing of it was taken. Correct it and drop it again.

the file is not in the format that the source "long" describes: its first line is "date,channel"
  hint: give one row for each day and channel below the header date,channel,spend,impressions,clicks,conversions,revenue; or, where only the names of the columns differ, describe them in a [[sources]] table of the account''s file
','long',0);
CREATE TABLE ignored (
    account  INTEGER NOT NULL REFERENCES accounts(id),
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    PRIMARY KEY (account, name, kind)
) WITHOUT ROWID, STRICT;
CREATE TABLE missed (
    account  INTEGER NOT NULL REFERENCES accounts(id),
    week     INTEGER NOT NULL,
    due_at   TEXT NOT NULL,
    PRIMARY KEY (account, week)
) WITHOUT ROWID, STRICT;
CREATE TABLE publications (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    account       INTEGER NOT NULL REFERENCES accounts(id),
    week          INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    hold_reason   TEXT,
    manifest      TEXT NOT NULL,
    decision      TEXT NOT NULL,
    stated_at     TEXT NOT NULL,
    published_at  TEXT NOT NULL,
    audit_seq     INTEGER NOT NULL,
    UNIQUE (account, week, revision)
) STRICT;
INSERT INTO "publications" VALUES(1,1,739621,1,NULL,'fa953c3c90cd595420baa998f723a4713af070442f2bc7dd21c60b85089a14a3','{
  "format": 1,
  "arithmetic": 1,
  "account": "main",
  "currency": "INR",
  "week_start_date": "2026-01-05",
  "revision": 1,
  "revise_reason": null,
  "outcome": "decided",
  "hold": null,
  "total": "500000.00",
  "channels": [
    {
      "channel": "Affiliate",
      "paused": false,
      "ineligible": null,
      "spend": "21000.00",
      "revenue": "56700.00",
      "roi": "1.700000",
      "roas": "2.700000",
      "weight": "1.700000000000",
      "spend_unweighted": "3500.00",
      "revenue_unweighted": "9450.00",
      "days_present": 35,
      "days": 56,
      "reference": "125000",
      "proposal": "159090.90909091",
      "final_budget": "159091.00",
      "reasons": [
        "reference",
        "evidence_complete",
        "eligible",
        "weight",
        "bounds",
        "by_weight",
        "moved",
        "rounded"
      ]
    },
    {
      "channel": "Email",
      "paused": false,
      "ineligible": null,
      "spend": "21000.00",
      "revenue": "48300.00",
      "roi": "1.300000",
      "roas": "2.300000",
      "weight": "1.300000000000",
      "spend_unweighted": "3500.00",
      "revenue_unweighted": "8050.00",
      "days_present": 35,
      "days": 56,
      "reference": "125000",
      "proposal": "136363.63636364",
      "final_budget": "136364.00",
      "reasons": [
        "reference",
        "evidence_complete",
        "eligible",
        "weight",
        "bounds",
        "by_weight",
        "moved",
        "rounded"
      ]
    },
    {
      "channel": "Google Ads",
      "paused": false,
      "ineligible": null,
      "spend": "21000.00",
      "revenue": "31500.00",
      "roi": "0.500000",
      "roas": "1.500000",
      "weight": "0.500000000000",
      "spend_unweighted": "3500.00",
      "revenue_unweighted": "5250.00",
      "days_present": 35,
      "days": 56,
      "reference": "125000",
      "proposal": "90909.09090909",
      "final_budget": "90909.00",
      "reasons": [
        "reference",
        "evidence_complete",
        "eligible",
        "weight",
        "bounds",
        "by_weight",
        "moved",
        "rounded"
      ]
    },
    {
      "channel": "Meta Ads",
      "paused": false,
      "ineligible": null,
      "spend": "21000.00",
      "revenue": "39900.00",
      "roi": "0.900000",
      "roas": "1.900000",
      "weight": "0.900000000000",
      "spend_unweighted": "3500.00",
      "revenue_unweighted": "6650.00",
      "days_present": 35,
      "days": 56,
      "reference": "125000",
      "proposal": "113636.36363636",
      "final_budget": "113636.00",
      "reasons": [
        "reference",
        "evidence_complete",
        "eligible",
        "weight",
        "bounds",
        "by_weight",
        "moved",
        "rounded"
      ]
    }
  ],
  "vetoes": [],
  "vetoes_overruled": [],
  "blocker": [
    {
      "channel": "Google Ads",
      "verdict": "silent",
      "estimate": null,
      "silence": {
        "reason": "history_too_short",
        "weeks": 5,
        "weeks_min": 16
      },
      "text": "no opinion: there are 5 weeks of usable history, and it needs 16"
    },
    {
      "channel": "Meta Ads",
      "verdict": "silent",
      "estimate": null,
      "silence": {
        "reason": "history_too_short",
        "weeks": 5,
        "weeks_min": 16
      },
      "text": "no opinion: there are 5 weeks of usable history, and it needs 16"
    }
  ],
  "trace": [
    {
      "step": "reference",
      "channel": null,
      "before": null,
      "after": null,
      "reason": "reference_spend",
      "text": "there are no earlier budgets to compare with, so compared with what was spent in the week of 2025-12-29"
    },
    {
      "step": "reference",
      "channel": "Affiliate",
      "before": "700",
      "after": "125000",
      "reason": "reference",
      "text": "its amount then, scaled so that all together make this week''s total"
    },
    {
      "step": "reference",
      "channel": "Email",
      "before": "700",
      "after": "125000",
      "reason": "reference",
      "text": "its amount then, scaled so that all together make this week''s total"
    },
    {
      "step": "reference",
      "channel": "Google Ads",
      "before": "700",
      "after": "125000",
      "reason": "reference",
      "text": "its amount then, scaled so that all together make this week''s total"
    },
    {
      "step": "reference",
      "channel": "Meta Ads",
      "before": "700",
      "after": "125000",
      "reason": "reference",
      "text": "its amount then, scaled so that all together make this week''s total"
    },
    {
      "step": "evidence",
      "channel": null,
      "before": null,
      "after": null,
      "reason": "evidence_short",
      "text": "there are data for the last 5 of the 8 weeks that the rules look back on"
    },
    {
      "step": "evidence",
      "channel": "Affiliate",
      "before": null,
      "after": null,
      "reason": "evidence_complete",
      "text": "there are data for each of the 35 days looked at"
    },
    {
      "step": "evidence",
      "channel": "Email",
      "before": null,
      "after": null,
      "reason": "evidence_complete",
      "text": "there are data for each of the 35 days looked at"
    },
    {
      "step": "evidence",
      "channel": "Google Ads",
      "before": null,
      "after": null,
      "reason": "evidence_complete",
      "text": "there are data for each of the 35 days looked at"
    },
    {
      "step": "evidence",
      "channel": "Meta Ads",
      "before": null,
      "after": null,
      "reason": "evidence_complete",
      "text": "there are data for each of the 35 days looked at"
    },
    {
      "step": "eligible",
      "channel": "Affiliate",
      "before": null,
      "after": null,
      "reason": "eligible",
      "text": "it earned more than it cost"
    },
    {
      "step": "eligible",
      "channel": "Email",
      "before": null,
      "after": null,
      "reason": "eligible",
      "text": "it earned more than it cost"
    },
    {
      "step": "eligible",
      "channel": "Google Ads",
      "before": null,
      "after": null,
      "reason": "eligible",
      "text": "it earned more than it cost"
    },
    {
      "step": "eligible",
      "channel": "Meta Ads",
      "before": null,
      "after": null,
      "reason": "eligible",
      "text": "it earned more than it cost"
    },
    {
      "step": "weight",
      "channel": "Affiliate",
      "before": null,
      "after": null,
      "reason": "weight",
      "text": "it is weighed by its return on investment (ROI), 1.7"
    },
    {
      "step": "weight",
      "channel": "Email",
      "before": null,
      "after": null,
      "reason": "weight",
      "text": "it is weighed by its return on investment (ROI), 1.3"
    },
    {
      "step": "weight",
      "channel": "Google Ads",
      "before": null,
      "after": null,
      "reason": "weight",
      "text": "it is weighed by its return on investment (ROI), 0.5"
    },
    {
      "step": "weight",
      "channel": "Meta Ads",
      "before": null,
      "after": null,
      "reason": "weight",
      "text": "it is weighed by its return on investment (ROI), 0.9"
    },
    {
      "step": "bounds",
      "channel": "Affiliate",
      "before": null,
      "after": null,
      "reason": "bounds",
      "text": "its budget lies between 2 % and 40 % of the total"
    },
    {
      "step": "bounds",
      "channel": "Email",
      "before": null,
      "after": null,
      "reason": "bounds",
      "text": "its budget lies between 2 % and 40 % of the total"
    },
    {
      "step": "bounds",
      "channel": "Google Ads",
      "before": null,
      "after": null,
      "reason": "bounds",
      "text": "its budget lies between 2 % and 40 % of the total"
    },
    {
      "step": "bounds",
      "channel": "Meta Ads",
      "before": null,
      "after": null,
      "reason": "bounds",
      "text": "its budget lies between 2 % and 40 % of the total"
    },
    {
      "step": "target",
      "channel": "Affiliate",
      "before": "193181.81818182",
      "after": "193181.81818182",
      "reason": "by_weight",
      "text": "its share of the total is in proportion to its weight"
    },
    {
      "step": "target",
      "channel": "Email",
      "before": "147727.27272727",
      "after": "147727.27272727",
      "reason": "by_weight",
      "text": "its share of the total is in proportion to its weight"
    },
    {
      "step": "target",
      "channel": "Google Ads",
      "before": "56818.18181818",
      "after": "56818.18181818",
      "reason": "by_weight",
      "text": "its share of the total is in proportion to its weight"
    },
    {
      "step": "target",
      "channel": "Meta Ads",
      "before": "102272.72727273",
      "after": "102272.72727273",
      "reason": "by_weight",
      "text": "its share of the total is in proportion to its weight"
    },
    {
      "step": "pace",
      "channel": "Affiliate",
      "before": "125000",
      "after": "159090.90909091",
      "reason": "moved",
      "text": "it moves 50 % of the way from its earlier budget to its target"
    },
    {
      "step": "pace",
      "channel": "Email",
      "before": "125000",
      "after": "136363.63636364",
      "reason": "moved",
      "text": "it moves 50 % of the way from its earlier budget to its target"
    },
    {
      "step": "pace",
      "channel": "Google Ads",
      "before": "125000",
      "after": "90909.09090909",
      "reason": "moved",
      "text": "it moves 50 % of the way from its earlier budget to its target"
    },
    {
      "step": "pace",
      "channel": "Meta Ads",
      "before": "125000",
      "after": "113636.36363636",
      "reason": "moved",
      "text": "it moves 50 % of the way from its earlier budget to its target"
    },
    {
      "step": "quiet",
      "channel": null,
      "before": "5000",
      "after": "45454.54545455",
      "reason": "not_quiet",
      "text": "at least 1 % of the total moves"
    },
    {
      "step": "rounding",
      "channel": "Affiliate",
      "before": "159090.90909091",
      "after": "159091",
      "reason": "rounded",
      "text": "rounded so that all budgets make the total exactly"
    },
    {
      "step": "rounding",
      "channel": "Email",
      "before": "136363.63636364",
      "after": "136364",
      "reason": "rounded",
      "text": "rounded so that all budgets make the total exactly"
    },
    {
      "step": "rounding",
      "channel": "Google Ads",
      "before": "90909.09090909",
      "after": "90909",
      "reason": "rounded",
      "text": "rounded so that all budgets make the total exactly"
    },
    {
      "step": "rounding",
      "channel": "Meta Ads",
      "before": "113636.36363636",
      "after": "113636",
      "reason": "rounded",
      "text": "rounded so that all budgets make the total exactly"
    }
  ],
  "warnings": [],
  "inputs": {
    "settings": {
      "id": "main",
      "currency": "INR",
      "time_zone": "Asia/Kolkata",
      "week_starts_on": "monday",
      "total_budget_weekly": "500000.00",
      "rounding_unit": "1.00",
      "channels": [
        {
          "name": "Affiliate",
          "aliases": [],
          "spend_floor_share": null,
          "spend_cap_share": null,
          "paused": false,
          "absent_days": null
        },
        {
          "name": "Email",
          "aliases": [],
          "spend_floor_share": null,
          "spend_cap_share": null,
          "paused": false,
          "absent_days": null
        },
        {
          "name": "Google Ads",
          "aliases": [
            "google",
            "adwords"
          ],
          "spend_floor_share": null,
          "spend_cap_share": null,
          "paused": false,
          "absent_days": null
        },
        {
          "name": "Meta Ads",
          "aliases": [
            "meta",
            "facebook"
          ],
          "spend_floor_share": null,
          "spend_cap_share": null,
          "paused": false,
          "absent_days": null
        }
      ],
      "rules": {
        "weight": "roi",
        "lookback_weeks": 8,
        "evidence_weights": "linear",
        "spend_cap_share": "0.4",
        "spend_floor_share": "0.02",
        "adjust_share": "0.5",
        "change_share_max": "0.3",
        "quiet_share": "0.01",
        "first_reference": "spend"
      },
      "gate": {
        "deadline": "18:00:00",
        "absent_days": "missing"
      },
      "blocker": {
        "enabled": true,
        "horizon_weeks": 2,
        "confidence": 0.8,
        "hurdle": 1,
        "history_weeks_min": 16,
        "consecutive_vetoes_max": 4
      },
      "schedule": "0 0 6 * * Mon",
      "sources": [
        {
          "name": "long",
          "files": "*",
          "layout": "long",
          "grain": "day",
          "dated_by": "first",
          "spread_over_days": false,
          "encoding": "utf-8",
          "separator": 44,
          "numbers": {
            "decimal": ".",
            "thousands": "none",
            "currency_marks": false,
            "exponents": false,
            "round": false,
            "spend_unit": "major",
            "revenue_unit": "major"
          },
          "date_format": "%Y-%m-%d",
          "columns": {
            "date": [
              "date"
            ],
            "channel": [
              "channel"
            ],
            "campaign": [
              "campaign"
            ],
            "currency": [],
            "spend": [
              "spend"
            ],
            "impressions": [
              "impressions"
            ],
            "clicks": [
              "clicks"
            ],
            "conversions": [
              "conversions"
            ],
            "revenue": [
              "revenue"
            ],
            "keys": [],
            "outcome": null,
            "controls": []
          },
          "blank": {
            "spend": "refuse",
            "impressions": "absent",
            "clicks": "absent",
            "conversions": "absent",
            "revenue": "refuse"
          },
          "dashes": {
            "spend": "refuse",
            "impressions": "refuse",
            "clicks": "refuse",
            "conversions": "refuse",
            "revenue": "refuse"
          },
          "ignore_extra_columns": false,
          "channel": null,
          "campaigns": [],
          "only": {},
          "totals": {
            "labels": [],
            "check": [],
            "blank_campaign": false,
            "marked": null,
            "unit": null
          },
          "revenue_spread": "none",
          "allow_negative_revenue": false,
          "refuse_conversions_above_clicks": false
        }
      ]
    },
    "history_weeks": 5,
    "evidence": [
      {
        "week_start_date": "2025-12-01",
        "channels": [
          {
            "channel": "Affiliate",
            "spend": "700.00",
            "revenue": "1890.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Email",
            "spend": "700.00",
            "revenue": "1610.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Google Ads",
            "spend": "700.00",
            "revenue": "1050.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Meta Ads",
            "spend": "700.00",
            "revenue": "1330.00",
            "days_present": 7,
            "days_missing": []
          }
        ]
      },
      {
        "week_start_date": "2025-12-08",
        "channels": [
          {
            "channel": "Affiliate",
            "spend": "700.00",
            "revenue": "1890.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Email",
            "spend": "700.00",
            "revenue": "1610.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Google Ads",
            "spend": "700.00",
            "revenue": "1050.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Meta Ads",
            "spend": "700.00",
            "revenue": "1330.00",
            "days_present": 7,
            "days_missing": []
          }
        ]
      },
      {
        "week_start_date": "2025-12-15",
        "channels": [
          {
            "channel": "Affiliate",
            "spend": "700.00",
            "revenue": "1890.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Email",
            "spend": "700.00",
            "revenue": "1610.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Google Ads",
            "spend": "700.00",
            "revenue": "1050.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Meta Ads",
            "spend": "700.00",
            "revenue": "1330.00",
            "days_present": 7,
            "days_missing": []
          }
        ]
      },
      {
        "week_start_date": "2025-12-22",
        "channels": [
          {
            "channel": "Affiliate",
            "spend": "700.00",
            "revenue": "1890.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Email",
            "spend": "700.00",
            "revenue": "1610.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Google Ads",
            "spend": "700.00",
            "revenue": "1050.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Meta Ads",
            "spend": "700.00",
            "revenue": "1330.00",
            "days_present": 7,
            "days_missing": []
          }
        ]
      },
      {
        "week_start_date": "2025-12-29",
        "channels": [
          {
            "channel": "Affiliate",
            "spend": "700.00",
            "revenue": "1890.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Email",
            "spend": "700.00",
            "revenue": "1610.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Google Ads",
            "spend": "700.00",
            "revenue": "1050.00",
            "days_present": 7,
            "days_missing": []
          },
          {
            "channel": "Meta Ads",
            "spend": "700.00",
            "revenue": "1330.00",
            "days_present": 7,
            "days_missing": []
          }
        ]
      }
    ],
    "reference": {
      "kind": "spend",
      "week": "2025-12-29"
    },
    "files": [
      "b050c9572bc0d2fd49682acd76d1c7c9c56ee1c796de35e62f075b6a4d0147fb"
    ]
  },
  "manifest_before": null
}
','2026-01-05T00:30:00.000000000Z','2026-11-23T00:14:28.817797747Z',3);
CREATE TABLE vetoes (
    publication  INTEGER NOT NULL REFERENCES publications(seq),
    channel      TEXT NOT NULL,
    PRIMARY KEY (publication, channel)
) WITHOUT ROWID, STRICT;
CREATE INDEX files_of_account ON files (account);
CREATE INDEX files_by_time ON files (account, taken_at, outcome);
CREATE INDEX files_by_content ON files (account, sha256);
INSERT INTO "sqlite_sequence" VALUES('publications',1);
COMMIT;
